"""Names and errors of random programs of scopes, variables, layers, losses and metrics, beside TensorFlow's.

Each program of a seed writes down every name and every message. `RECORDED` holds the digests of what TensorFlow 2.21.0
(compat.v1, tf_keras) wrote for the same programs; where one differs, run the program there to see the lines.
"""

import hashlib
import random

import pytest

import fallline.graph as tf

RECORDED = """
c89950 557325 ae2e60 92bcb5 4dc8ef c36dd2 fd58df eceb87 cda45e 12c6fb c4f0e2 78e488 ff2d7f 8f0c27 dc2935
44de4a 10e6c9 850b0b f59d11 0a1217 4bc982 be7670 26d341 8cd1d1 c8738c fe406d 3a0d20 85d5d8 2e89c2 7ef959
4bda29 c3b9ce e133bc 19df4b 2599c7 722abd f9efdd a1136b b61787 19a75e 89c5fd 0b0218 17f33f 4bc457 dfef31
024e35 03ff87 42dee6 2b2238 ad7cc9 2f8654 579504 a3004d 6e1800 03ceae 640f69 12a4e4 21b6d7 79f5c4 cb6dd2
0a23df db67b9 920584 d92034 6aa759 985e8b d86eee ec983a 262837 0fc7b8 78d3da 0b81d8 5fd9b5 52a9aa b4f879
449e5a 7cf04f 551f58 a807e1 fde2d5 299552 e73834 b02bea f37c79 ecdb20 f7e5fa 181dbb 8a8ffd d284bd 8a7817
714712 922708 7fb1b2 df0742 b3a57c b30d0a 62aeb4 1a4cf7 8e984f 811a68 34df4e dfc8e1 ba4afd 2cb897 b7b274
26331e f6e561 077f22 9ca770 b2ce7f dce8ca 48e933 9016b2 0e8764 9a12ff aede6e f162dd e56ce8 9982e5 130456
""".split()  # noqa: SIM905


class Program:
    """A random program.

    Attributes:
        log: What it wrote down.
    """

    def __init__(self, seed):
        self.random, self.log, self.scopes, self.layers = random.Random(seed), [], [], []
        self.x = tf.placeholder(tf.float32, [None, 3])
        self.block(0)
        self.block(0)
        self.log += [
            names_of(each()) for each in (tf.global_variables, tf.trainable_variables, tf.local_variables)
        ]
        self.log.append(names_of(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)))
        self.log.append(names_of(tf.get_collection(tf.GraphKeys.UPDATE_OPS)))

    def block(self, depth):
        for _ in range(self.random.randint(1, 4)):
            kind, name = self.random.randint(0, 13), self.random.choice(["a", "b", "dense"])
            reuse = self.random.choice([None, None, False, True, tf.AUTO_REUSE])
            names = self.random.random() < 0.85
            try:
                if kind <= 4 and depth < 4 and (kind != 3 or self.scopes):
                    self.scope(kind, name, reuse, names, depth)
                elif kind > 4:
                    self.node(kind, name, reuse)
            except (ValueError, TypeError) as error:
                self.log.append(("E", str(error).split(". Did")[0].split("Originally")[0][:70]))

    def scope(self, kind, name, reuse, names, depth):
        pick = self.random.choice
        if kind <= 1:
            with tf.variable_scope(name, reuse=reuse, auxiliary_name_scope=names) as scope:
                self.scopes.append(scope)
                self.log.append(("vs", scope.name, scope.original_name_scope, str(scope.reuse)))
                self.block(depth + 1)
        elif kind == 2:
            with tf.variable_scope(None, default_name=name, reuse=pick([None, None, tf.AUTO_REUSE])) as scope:
                self.log.append(("dn", scope.name, scope.original_name_scope))
                self.block(depth + 1)
        elif kind == 3:
            with tf.variable_scope(pick(self.scopes), reuse=reuse, auxiliary_name_scope=names) as scope:
                self.log.append(("ob", scope.name, scope.original_name_scope, str(scope.reuse)))
                self.block(depth + 1)
        else:
            with tf.name_scope(pick([name, name, None, "x/"])) as scope:
                self.log.append(("ns", scope))
                self.block(depth + 1)

    def node(self, kind, name, reuse):
        pick, x, log = self.random.choice, self.x, self.log
        if kind in (5, 6):
            log.append(("gv", tf.get_variable(name, [2], initializer=tf.zeros_initializer()).name))
        elif kind == 7:
            log.append(("v", tf.Variable(1.0, name=pick([name, None])).name))
        elif kind == 8:
            log.append(("c", tf.constant(1.0, name=name).name))
        elif kind in (9, 10):
            own, penalty = pick([None, None, name]), pick([None, tf.nn.l2_loss])
            log.append(("ly", tf.layers.dense(x, 2, name=own, reuse=reuse, kernel_regularizer=penalty).name))
        elif kind == 11:
            self.layers.append(tf.layers.Dense(2, name=pick([None, name])))
            log.append(("L", self.layers[-1](x).name))
        elif kind == 12 and self.layers:
            log.append(("L2", pick(self.layers)(x).name))
        elif kind == 13:
            self.rest(name, reuse)

    def rest(self, name, reuse):
        chance, pick, x = self.random.random(), self.random.choice, self.x
        if chance < 0.2:
            tf.get_variable_scope().reuse_variables()
            self.log.append("reuse")
        elif chance < 0.5:
            y = tf.layers.batch_normalization(x, training=True, name=pick([None, name]), reuse=reuse)
            self.log.append(("bn", y.name))
        elif chance < 0.7:
            self.log.append(("ls", tf.losses.mean_squared_error(x, x, scope=pick([None, name])).name))
        else:
            self.log.append(("mt", tf.metrics.mean(x, name=pick([None, name]))[0].name))


def names_of(found):
    return [each.name for each in found]


@pytest.mark.parametrize("seed", range(len(RECORDED)))
def test_a_program_at_random(seed):
    with tf.Graph().as_default():
        log = Program(seed).log
    text = "\n".join(map(str, log))
    assert hashlib.sha256(text.encode()).hexdigest()[:6] == RECORDED[seed], text
