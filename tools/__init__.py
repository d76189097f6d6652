"""Development and demonstration tools. They are not shipped: nothing in the product imports them."""
