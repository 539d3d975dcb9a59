"""Operations, by what they are about; each under its name in TensorFlow."""
