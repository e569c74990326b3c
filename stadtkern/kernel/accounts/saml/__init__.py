"""SAML 2.0 as one reads it who has been lied to: our questions, and answers believed only after every check."""
