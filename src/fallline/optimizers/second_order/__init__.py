"""Optimizers that use second derivatives, exact or estimated, and what they share."""

from fallline.optimizers.second_order.gauss_newton import GaussNewton
from fallline.optimizers.second_order.lbfgs import LBFGS
from fallline.optimizers.second_order.levenberg_marquardt import LevenbergMarquardt
from fallline.optimizers.second_order.newton import Newton
from fallline.optimizers.second_order.newton_cg import NewtonCG
from fallline.optimizers.second_order.newton_method import NewtonMethod

__all__ = ["LBFGS", "GaussNewton", "LevenbergMarquardt", "Newton", "NewtonCG", "NewtonMethod"]
