"""`file_io`: the functions of `tf.gfile` under other names."""

from fallline.graph.gfile import (  # noqa: N813 - their names here
    Copy as copy,
    DeleteRecursively as delete_recursively,
    Exists as file_exists,
    GFile as FileIO,
    Glob as get_matching_files,
    IsDirectory as is_directory,
    ListDirectory as list_directory,
    MakeDirs as recursive_create_dir,
    MkDir as create_dir,
    Remove as delete_file,
    Rename as rename,
    Stat as stat,
    Walk as walk,
)

__all__ = [
    "FileIO", "copy", "create_dir", "delete_file", "delete_recursively", "file_exists", "get_matching_files", "is_directory",
    "list_directory", "recursive_create_dir", "rename", "stat", "walk",
]  # fmt: skip
