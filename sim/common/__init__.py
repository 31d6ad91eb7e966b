"""What every room needs: seeds, checks of values, errors, and text that is safe to print."""
