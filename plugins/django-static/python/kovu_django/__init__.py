"""What a Django project can use of Kovu: all of it optional, none of it needed in production but the storage class."""
