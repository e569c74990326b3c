"""What other systems hand over as files: read line by line, checked, every fault a German sentence."""
