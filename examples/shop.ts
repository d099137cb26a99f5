// What the server of a shop knows of its customers, articles and orders.
export interface Customer {
  id: number;
  name: string;
}

export interface Article {
  id: number;
  name: string;
  price: number;
}

export interface Order {
  id: number;
  customer: number;
  total: number;
}

const server = 'https://shop.example.com';

export async function getCustomer(id: number): Promise<Customer> {
  const response = await fetch(`${server}/customers/${id}`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

export async function getCustomers(page: number): Promise<Customer[]> {
  const response = await fetch(`${server}/customers?page=${page}`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

export async function getArticle(id: number): Promise<Article> {
  const response = await fetch(`${server}/articles/${id}`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

export async function getArticles(page: number): Promise<Article[]> {
  const response = await fetch(`${server}/articles?page=${page}`);
  
  return response.json();
}

export async function getOrder(id: number): Promise<Order> {
  const response = await fetch(`${server}/orders/${id}`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  
}

export async function getOrders(customer: number): Promise<Order[]> {
  const response = await fetch(`${server}/customers/${customer}/orders`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}
