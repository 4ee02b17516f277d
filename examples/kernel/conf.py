# In the kernel's tree its own configuration counts. Elsewhere linuxdoc has kernel-figure: it is by the author of the kernel's.
project = "Walks"
copyright = "its authors"
extensions = ["linuxdoc.kfigure"]
