"""The grammar of rules: from a German sentence to statements, without looking at any form."""
