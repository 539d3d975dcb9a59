"""What a user wrote: functions, classes and objects that are not the package's."""
