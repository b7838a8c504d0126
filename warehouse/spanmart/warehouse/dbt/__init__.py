"""dbt as it is run here: the project, its files in the data folder, its results."""
