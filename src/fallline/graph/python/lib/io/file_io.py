"""`tensorflow.python.lib.io.file_io`: local files, as `tf.gfile` has them."""

from fallline.graph import gfile

copy, rename, delete_file, delete_recursively = (
    gfile.Copy,
    gfile.Rename,
    gfile.Remove,
    gfile.DeleteRecursively,
)
file_exists, is_directory, list_directory = gfile.Exists, gfile.IsDirectory, gfile.ListDirectory
get_matching_files, create_dir, recursive_create_dir = gfile.Glob, gfile.MkDir, gfile.MakeDirs
