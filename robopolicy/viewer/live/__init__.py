"""The simulation behind the page: one world and one policy in a thread of their own. No browser in here."""
