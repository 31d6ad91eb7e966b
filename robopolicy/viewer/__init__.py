"""A page in the browser on which people type commands to a policy and watch it; needs the extra `page`."""
