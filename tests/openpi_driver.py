"""Run by another Python, one that has openpi-client: lends that client to `tests/test_openpi.py`.

    python openpi_driver.py PORT

Reads messages from standard input and answers each on standard output; a message is its length in 4 bytes
and then msgpack, written and read by openpi's own code. An observation is answered with the next step of
openpi's ActionChunkBroker; None begins a new rollout and is answered with the server's metadata.
"""

import struct
import sys

from openpi_client import msgpack_numpy
from openpi_client.action_chunk_broker import ActionChunkBroker
from openpi_client.websocket_client_policy import (
    WebsocketClientPolicy,
)


def main(port: int) -> None:
    policy = WebsocketClientPolicy("127.0.0.1", port)
    metadata = policy.get_server_metadata()
    broker = ActionChunkBroker(policy, metadata["execute"])
    while head := sys.stdin.buffer.read(4):
        observation = msgpack_numpy.unpackb(sys.stdin.buffer.read(struct.unpack(">I", head)[0]))
        if observation is None:
            broker.reset()
        try:
            reply = metadata if observation is None else broker.infer(observation)
        except RuntimeError as error:
            reply = {"error": str(error)}
        data = msgpack_numpy.packb(reply)
        sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
