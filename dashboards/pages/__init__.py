"""One module a page, each a function from a context to components; figures and phrases come from `dashboards.views`."""
