"""What every request and answer has in common: parameters, errors, ETags, compression, headers."""
