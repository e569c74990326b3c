"""Administration: certificates, taxes, permits."""
