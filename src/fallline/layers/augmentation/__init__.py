"""Random changes of the training rows, drawn inside the compiled step; off at inference.

base                 what an augmentation is: of rows, and of images
factor               strengths: one number or a pair, and what is drawn from them
resampling           images under affine maps and displacements, shared by those that move pixels
random_...           the changes of images
feature_noise,
feature_swap         the two for tables
"""

from fallline.layers.augmentation.base import Augmentation, ImageAugmentation
from fallline.layers.augmentation.feature_noise import FeatureNoise
from fallline.layers.augmentation.feature_swap import FeatureSwap
from fallline.layers.augmentation.random_affine import RandomRotation, RandomTranslation, RandomZoom
from fallline.layers.augmentation.random_crop import RandomCrop
from fallline.layers.augmentation.random_elastic import RandomElasticTransform
from fallline.layers.augmentation.random_erasing import Cutout, RandomErasing
from fallline.layers.augmentation.random_flip import RandomFlip
from fallline.layers.augmentation.random_light import RandomBrightness, RandomContrast
from fallline.layers.augmentation.resampling import affine, displaced

__all__ = [
    "Augmentation",
    "Cutout",
    "FeatureNoise",
    "FeatureSwap",
    "ImageAugmentation",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "affine",
    "displaced",
]
