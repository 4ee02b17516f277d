project = "Walks"
extensions = ["sphinx_pagewalk"]
pagewalk_page = "https://your.host/pagewalk/"
version = "1"
copyright = "its authors"
