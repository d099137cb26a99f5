// Package shop asks what the server of a shop knows of its customers and products.
package shop

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const server = "https://shop.example"

// Product is one that the shop sells.
type Product struct {
	ID    int     `json:"id"`
	Name  string  `json:"name"`
	Price float64 `json:"price"`
}

// Customer is one that buys there.
type Customer struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// Customers are all that have bought something.
func Customers() ([]Customer, error) {
	response, err := http.Get(server + "/customers")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", response.Status)
	}
	var customers []Customer
	if err := json.NewDecoder(response.Body).Decode(&customers); err != nil {
		return nil, err
	}
	return customers, nil
}

// Products are all that match a search.
func Products(search string) ([]Product, error) {
	response, err := http.Get(server + "/products?search=" + search)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", response.Status)
	}
	var products []Product
	if err := json.NewDecoder(response.Body).Decode(&products); err != nil {
		return nil, err
	}
	return products, nil
}

// Find gives the product with a number.
func Find(id int) (*Product, error) {
	response, err := http.Get(fmt.Sprintf("%s/products/%d", server, id))
	if err != nil {
		return nil, err
	}
	
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", response.Status)
	}
	var product Product
	if err := json.NewDecoder(response.Body).Decode(&product); err != nil {
		
	}
	return &product, nil
}
