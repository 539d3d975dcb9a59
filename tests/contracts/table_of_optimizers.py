"""The lines of the table for optimizers and schedules."""

from __future__ import annotations

from fallline.optimizers.schedules import CosineDecay

from .entry import N, entry

RATE = N(0.1, 0.3, -1.0)
FASTER = N(0.3, 0.1, -1.0)
"""For what would move by less than bfloat16 tells apart."""
STEPS = N(10, 4, 0)

SCHEDULES = [
    entry("schedules.CosineDecay", initial_learning_rate=RATE, decay_steps=STEPS, alpha=N(0.1, 0.2, 2.0)),
    entry(
        "schedules.CosineDecay",
        initial_learning_rate=RATE,
        decay_steps=STEPS,
        warmup_target=N(0.5, 0.7, -1.0),
        warmup_steps=N(2, 3, -1),
    ),
    entry("schedules.CoslogDecay", maximal_learning_rate=RATE, decay_steps=STEPS, cycles=N(2, 3, 0)),
    entry(
        "schedules.FlatCosineDecay",
        initial_learning_rate=RATE,
        decay_steps=STEPS,
        flat=N(0.5, 0.2, 1.0),
        alpha=N(0.1, 0.2, 2.0),
    ),
    entry(
        "schedules.CosineDecayRestarts",
        initial_learning_rate=RATE,
        first_decay_steps=STEPS,
        t_mul=N(2.0, 1.0, 0.5),
        m_mul=N(1.0, 0.5, -1.0),
        alpha=N(0.1, 0.2, 2.0),
    ),
    entry(
        "schedules.CyclicalLearningRate",
        initial_learning_rate=RATE,
        maximal_learning_rate=N(1.0, 2.0, -1.0),
        step_size=STEPS,
        mode="exp_range",
        gamma=N(0.99, 0.9, -1.0),
    ),
    entry(
        "schedules.ExponentialDecay",
        initial_learning_rate=RATE,
        decay_steps=STEPS,
        decay_rate=N(0.5, 0.9, -1.0),
    ),
    entry(
        "schedules.InverseTimeDecay",
        initial_learning_rate=RATE,
        decay_steps=STEPS,
        decay_rate=N(0.5, 0.9, -1.0),
        staircase=True,
    ),
    entry(
        "schedules.OneCycle",
        maximal_learning_rate=RATE,
        total_steps=N(20, 12, 0),
        pct_start=N(0.3, 0.5, 2.0),
        div_factor=N(25.0, 10.0, 0.0),
        final_div_factor=N(1e4, 1e2, 0.0),
    ),
    entry(
        "schedules.PiecewiseConstantDecay",
        boundaries=N((3, 7), (2, 9), (7, 3)),
        values=N((1.0, 0.5, 0.1), (0.9, 0.4, 0.2), (1.0, 0.5)),
    ),
    entry(
        "schedules.PolynomialDecay",
        initial_learning_rate=RATE,
        decay_steps=STEPS,
        end_learning_rate=N(1e-4, 1e-2, -1.0),
        power=N(1.0, 2.0, -1.0),
        cycle=True,
    ),
    entry("schedules.RisingMomentum", max_momentum=N(0.99, 0.7, 1.0), steps=N(2, 4, 0)),
    entry(
        "schedules.Warmup",
        schedule=RATE,
        warmup_steps=N(5, 3, -1),
        initial_learning_rate=N(0.01, 0.02, -1.0),
    ),
]

BETAS = {"beta_1": N(0.9, 0.5, 1.0), "beta_2": N(0.999, 0.9, 1.0)}
EPSILON = {"epsilon": N(1e-7, 1e-2, -1.0)}
DAMPING = {"learning_rate": N(1.0, 0.5, -1.0), "damping": N(1e-4, 0.1, -1.0)}

OPTIMIZERS = [
    entry(
        "optimizers.Adadelta",
        learning_rate=N(1.0, 0.3, -1.0),
        rho=N(0.95, 0.5, 2.0),
        epsilon=N(1e-2, 1e-7, -1.0),
    ),
    entry(
        "optimizers.Adafactor",
        learning_rate=RATE,
        beta_2_decay=N(-0.8, -0.5, 1.0),
        epsilon_1=N(1e-30, 1e-3, -1.0),
        epsilon_2=N(0.001, 5.0, -1.0),
        clip_threshold=N(1.0, 0.5, 0.0),
    ),
    entry("optimizers.Adagrad", learning_rate=FASTER, initial_accumulator_value=N(0.1, 1.0, -1.0), **EPSILON),
    entry("optimizers.Adam", learning_rate=RATE, **BETAS, **EPSILON),
    entry("optimizers.Adam", learning_rate=RATE, amsgrad=True, epsilon_place="inside", **BETAS),
    entry("optimizers.Adam", learning_rate=CosineDecay(0.1, 10), clipnorm=N(0.5, 0.1, 0.0)),
    entry("optimizers.AdamW", learning_rate=RATE, weight_decay=N(0.004, 0.1, -1.0), **BETAS, **EPSILON),
    entry("optimizers.Adamax", learning_rate=RATE, **BETAS, **EPSILON),
    entry(
        "optimizers.DeltaBarDelta",
        learning_rate=RATE,
        kappa=N(0.01, 0.1, -1.0),
        phi=N(0.1, 0.5, 1.0),
        theta=N(0.7, 0.2, 1.0),
    ),
    entry(
        "optimizers.Ftrl",
        learning_rate=RATE,
        learning_rate_power=N(-0.5, -0.3, 1.0),
        initial_accumulator_value=N(0.1, 1.0, -1.0),
        l1_regularization_strength=N(0.01, 0.1, -1.0),
        l2_regularization_strength=N(0.01, 0.1, -1.0),
        l2_shrinkage_regularization_strength=N(0.01, 0.1, -1.0),
        beta=N(0.1, 0.5, -1.0),
    ),
    entry("optimizers.Lamb", learning_rate=RATE, **BETAS, **EPSILON),
    entry("optimizers.Lion", learning_rate=RATE, beta_1=N(0.9, 0.5, 2.0), beta_2=N(0.99, 0.9, 2.0)),
    entry("optimizers.Nadam", learning_rate=RATE, momentum_decay=N(1.0, 0.5, -1.0), **BETAS, **EPSILON),
    entry("optimizers.RMSprop", learning_rate=RATE, rho=N(0.9, 0.5, 2.0), **EPSILON),
    entry("optimizers.RMSprop", learning_rate=RATE, momentum=N(0.9, 0.5, 2.0), centered=True),
    entry(
        "optimizers.RProp",
        learning_rate=RATE,
        etas=N((0.5, 1.2), (0.4, 1.5), (1.2, 0.5)),
        step_sizes=N((1e-6, 50.0), (0.08, 0.11), (0.0, 1.0)),
    ),
    entry("optimizers.SGD", learning_rate=RATE),
    entry("optimizers.SGD", learning_rate=RATE, momentum=N(0.9, 0.5, 2.0), nesterov=True),
    entry("optimizers.SGD", learning_rate=RATE, momentum=N(0.9, 0.5, 2.0), nesterov="lookahead"),
    entry(
        "optimizers.TensorFlow1Optimizer",
        kind="CenteredRMSProp",
        learning_rate=RATE,
        numbers=N((0.9, 0.5, 1e-3), (0.8, 0.6, 1e-2), (0.9, 0.5, -1.0)),
    ),
    entry(
        "optimizers.TensorFlow1Optimizer",
        kind="Adam",
        learning_rate=RATE,
        numbers=N((0.9, 0.999, 1e-3), (0.5, 0.9, 1e-2), (0.9, 0.999, -1.0)),
    ),
    # What every first-order optimizer has.
    entry("optimizers.SGD", learning_rate=FASTER, weight_decay=N(0.1, 0.5, -1.0), clipnorm=N(1.5, 0.5, 0.0)),
    entry("optimizers.SGD", learning_rate=FASTER, clipvalue=N(1.0, 0.5, 0.0)),
    entry("optimizers.SGD", learning_rate=FASTER, global_clipnorm=N(2.0, 0.5, 0.0)),
    entry(
        "optimizers.SGD",
        learning_rate=RATE,
        use_ema=True,
        ema_momentum=N(0.9, 0.5, 2.0),
        ema_overwrite_frequency=N(2, 3, 0),
    ),
    entry("optimizers.SGD", learning_rate=RATE, polyak_start=N(1, 0, -1)),
    entry("optimizers.SGD", learning_rate=RATE, loss_scale_factor=N(8.0, 2.0, 0.0)),
    entry("optimizers.SGD", learning_rate=RATE, gradient_accumulation_steps=N(2, 3, 1)),
    entry("optimizers.GaussNewton", **DAMPING),
    entry(
        "optimizers.LBFGS",
        learning_rate=N(1.0, 0.5, 0.0),
        flatness=N(0.1, 0.9, 2.0),
        max_evaluations=N(20, 1, 0),
    ),
    entry("optimizers.LevenbergMarquardt", initial_damping=N(1e-3, 1.0, 0.0)),
    entry("optimizers.Newton", **DAMPING),
    entry("optimizers.Newton", negative_curvature="shift", **DAMPING),
    entry("optimizers.NewtonCG", max_iterations=N(50, 2, 0), tolerance=N(1e-3, 0.5, 0.0), **DAMPING),
]
