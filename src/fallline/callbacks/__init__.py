"""Callbacks: those that look at training from outside, and the rules that act inside it."""

from fallline.callbacks.callback import Callback
from fallline.callbacks.callback_list import CallbackList
from fallline.callbacks.lambda_callback import LambdaCallback
from fallline.callbacks.progress import TrainingProgress
from fallline.engine import EarlyStopping

__all__ = ["Callback", "CallbackList", "EarlyStopping", "LambdaCallback", "TrainingProgress"]
