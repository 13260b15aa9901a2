"""What a call was, whether to text, what to say, what a reply means. Pure: no I/O and no clock."""
