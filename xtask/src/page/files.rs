//! Copying files, and a hash of them.

use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What is in a directory, in order.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let read =
        || -> std::io::Result<Vec<_>> { fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect() };
    let mut entries = read().map_err(Error::io("read", directory))?;
    entries.sort();
    Ok(entries)
}

/// The files in a directory with that extension.
pub(crate) fn with_extension(directory: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let mut files = entries(directory)?;
    files.retain(|file| file.extension().is_some_and(|of| of == extension));
    Ok(files)
}

/// Makes a directory that has nothing in it.
pub(crate) fn emptied(directory: &Path) -> Result<(), Error> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(Error::io("remove", directory))?;
    }
    fs::create_dir_all(directory).map_err(Error::io("create", directory))
}

/// Copies a file, and makes the directory for it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    }
    fs::copy(from, to).map_err(Error::io("copy", from)).map(drop)
}

/// Copies files into a directory.
pub(crate) fn copy_into(directory: &Path, files: &[PathBuf]) -> Result<(), Error> {
    files.iter().try_for_each(|file| match file.file_name() {
        Some(name) => copy(file, &directory.join(name)),
        None => Ok(()),
    })
}

/// All files in a directory and in those below it, in order.
fn tree(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in entries(directory)? {
        if entry.is_dir() {
            files.extend(tree(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

/// Copies a directory with all that is in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<(), Error> {
    for file in tree(from)? {
        copy(&file, &to.join(file.strip_prefix(from).unwrap_or(&file)))?;
    }
    Ok(())
}

/// A hash of all files in a directory with their names: the same on every machine for the same files.
pub(crate) fn hash_of(directory: &Path) -> Result<u64, Error> {
    let mut hasher = DefaultHasher::new();
    for file in tree(directory)? {
        let name = file.strip_prefix(directory).unwrap_or(&file);
        hasher.write(name.to_string_lossy().replace('\\', "/").as_bytes());
        let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_of_names_and_contents() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let (one, two) = (directory.path().join("one"), directory.path().join("two"));
        fs::create_dir_all(one.join("styles"))?;
        fs::write(one.join("styles").join("first.css"), "a")?;
        fs::write(one.join("start.js"), "b")?;
        copy_tree(&one, &two)?;
        assert_eq!(hash_of(&one)?, hash_of(&two)?);

        fs::write(two.join("start.js"), "c")?;
        assert_ne!(hash_of(&one)?, hash_of(&two)?, "another content");
        fs::write(two.join("start.js"), "b")?;
        fs::rename(two.join("start.js"), two.join("begin.js"))?;
        assert_ne!(hash_of(&one)?, hash_of(&two)?, "another name");
        emptied(&two)?;
        assert!(entries(&two)?.is_empty());
        Ok(())
    }
}
