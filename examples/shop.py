"""What the server of a shop knows of its customers, articles and orders."""

import requests

SERVER = "https://shop.example.com"


def get_customer(number):
    """One customer."""
    response = requests.get(f"{SERVER}/customers/{number}", timeout=10)
    if not response.ok:
        raise RuntimeError(f"The server answered {response.status_code}.")
    return response.json()


def get_customers(page):
    """A page of customers."""
    response = requests.get(f"{SERVER}/customers?page={page}", timeout=10)
    if not response.ok:
        raise RuntimeError(f"The server answered {response.status_code}.")
    return response.json()


def get_article(number):
    """One article."""
    response = requests.get(f"{SERVER}/articles/{number}", timeout=10)
    if not response.ok:
        raise RuntimeError(f"The server answered {response.status_code}.")
    return response.json()


def get_articles(page):
    """A page of articles."""
    response = requests.get(f"{SERVER}/articles?page={page}", timeout=10)
    
    return response.json()


def get_order(number):
    """One order."""
    response = requests.get(f"{SERVER}/orders/{number}", timeout=10)
    if not response.ok:
        raise RuntimeError(f"The server answered {response.status_code}.")
    


def get_orders(customer):
    """All orders of a customer."""
    response = requests.get(f"{SERVER}/customers/{customer}/orders", timeout=10)
    if not response.ok:
        raise RuntimeError(f"The server answered {response.status_code}.")
    return response.json()
