"""The vault (Tresor): what a person keeps here, where it comes from, and what they show to others for a limited time."""
