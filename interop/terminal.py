"""Runs a command on a terminal of its own and types when it asks: terminal.py '[["text", "keys"], …]' COMMAND…"""

import json
import os
import pty
import select
import sys
import time

answers = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])

seen = ""
deadline = time.monotonic() + 90
while time.monotonic() < deadline:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            part = os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            break
        if not part:
            break
        seen += part
        sys.stdout.write(part)
        sys.stdout.flush()
    if answers and answers[0][0] in seen:
        # The prompt is drawn before the keyboard is read.
        time.sleep(0.3)
        os.write(terminal, answers.pop(0)[1].encode())
        seen = ""
else:
    os.kill(child, 9)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
