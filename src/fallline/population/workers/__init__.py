"""Parts of a population in other processes and on other machines, through the backend that joblib is set to."""
