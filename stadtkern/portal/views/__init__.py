"""The pages of the portal: the way in, what is mine, what every site must say."""
