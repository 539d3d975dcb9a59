"""Names of `tf.train` that are not offered, and what to do instead."""

_LOOP = "open a tf.Session, loop over sess.run, and save by tf.train.Saver"
_ROWS = "read the rows with NumPy or polars and feed them"
_ONE = "programs run in this process; XLA uses all its devices"

NOT_OFFERED = {
    "Supervisor": _LOOP,
    "MonitoredSession": _LOOP,
    "MonitoredTrainingSession": _LOOP,
    "SingularMonitoredSession": _LOOP,
    "SessionManager": _LOOP,
    "Scaffold": _LOOP,
    "SessionRunHook": "write it into the loop around sess.run",
    "StopAtStepHook": "`while tf.train.global_step(sess, step) < last:` stops",
    "CheckpointSaverHook": "call tf.train.Saver().save in the loop",
    "SummarySaverHook": "call tf.summary.FileWriter.add_summary in the loop",
    "LoggingTensorHook": "print what sess.run gives in the loop",
    "NanTensorHook": "test the loss that sess.run gives by np.isnan",
    "Checkpoint": "tf.train.Saver writes the variables of a graph",
    "CheckpointManager": "tf.train.Saver(max_to_keep=...) keeps the last ones",
    "Server": _ONE,
    "ClusterSpec": _ONE,
    "SyncReplicasOptimizer": _ONE,
    "replica_device_setter": _ONE,
    "Example": _ROWS,
    "Features": _ROWS,
    "Feature": _ROWS,
    "init_from_checkpoint": "tf.train.Saver({name in the file: variable}).restore(sess, path)",
    "warm_start": "tf.train.Saver({name in the file: variable}).restore(sess, path)",
}
"""Name -> what to do instead."""
