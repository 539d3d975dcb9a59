#!/bin/sh
# TensorBoard 2.21.0 with its data server 0.7.2, the loader that it takes by default on Linux: the histograms that TensorFlow's
# `tf.summary.histogram` writes get buckets whose right edge is left of their left edge; the Python loader shows them right.
#
# Seen with Python 3.11, tensorboard 2.21.0 and tensorboard-data-server 0.7.2, of the one value 5 as TensorFlow writes it:
#   data server:   [5, 4.6362, 0] [4.6362, 5.0998, 1] [5.0998, 5, 0]
#   Python loader: [5, 5, 1]
#
# TensorFlow puts an empty bucket at both ends; the Python loader drops them, since they would run backwards, as it says.
# Write histograms without empty buckets at their ends: both loaders then show the same. Exits 1 if the versions that are
# installed here do otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "tensorboard==2.21.0" "tensorboard-data-server==0.7.2"
cat >"$folder/look.py" <<'END'
import sys

from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import grpc_util

logs = sys.argv[1]
histo = summary_pb2.HistogramProto(
    min=5, max=5, num=1, sum=5, sum_squares=25,
    bucket_limit=[4.636194617418625, 5.099814079160488, 1.7976931348623157e308], bucket=[0, 1, 0],
)
writer = EventFileWriter(logs)
writer.add_event(event_pb2.Event(step=1, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="w", histo=histo)])))
writer.close()

server = server_ingester.SubprocessServerDataIngester(
    server_binary=server_ingester.get_server_binary(), logdir=logs, reload_interval=1,
    channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
)
server.start()
multiplexer = plugin_event_multiplexer.EventMultiplexer()
multiplexer.AddRunsFromDirectory(logs)
multiplexer.Reload()
found = []
for provider in (server.data_provider, data_provider.MultiplexerDataProvider(multiplexer, logs)):
    read = {}
    while not read:
        read = provider.read_tensors(RequestContext(), experiment_id="", plugin_name="histograms", downsample=9)
    found.append(read["."]["w"][0].numpy.tolist())
for name, buckets in zip(("data server:  ", "Python loader:"), found):
    print(name, *(f"[{', '.join(f'{number:.5g}' for number in bucket)}]" for bucket in buckets))
sys.exit(not (len(found[0]) == 3 and found[0][0][1] < found[0][0][0] and found[1] == [[5, 5, 1]]))
END
"$folder/venv/bin/python" "$folder/look.py" "$folder/logs" 2>/dev/null
