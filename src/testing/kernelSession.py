"""Runs cells in a tslab kernel of the project; reads and writes JSON.

stdin: a list of {"code": str, "queued": str or null, "inspect": true or null}. A queued cell is sent while the first runs; with "inspect"
the code is not run, but looked up as by Shift+Tab at its end.
stdout: for each {"status": str, "queuedStatus": str or null, "text": str, "displays": [plain text, in the order of writing]}.
"""
import json
import subprocess
import sys
import time

from jupyter_client import KernelManager

cells = json.load(sys.stdin)
manager = KernelManager(kernel_name='tslab')
manager.start_kernel(cwd=sys.argv[1], stdout=subprocess.DEVNULL)
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)


def run(cell):
    if cell.get('inspect'):
        asked = client.inspect(cell['code'], len(cell['code']) - 1)
        while True:
            reply = client.get_shell_msg(timeout=60)
            if reply['parent_header'].get('msg_id') == asked:
                return {'status': 'ok', 'queuedStatus': None, 'text': reply['content']['data'].get('text/plain', ''), 'displays': []}
    texts, displays = [], []

    def hear(message):
        content = message['content']
        if message['msg_type'] == 'stream':
            texts.append(content['text'])
        if message['msg_type'] in ('display_data', 'update_display_data'):
            displays.append(content['data'].get('text/plain', ''))

    first = client.execute(cell['code'])
    second = client.execute(cell['queued']) if cell.get('queued') else None
    replies = {}
    idle = set()
    wanted = {first, second} - {None}
    while not (wanted <= replies.keys() and wanted <= idle):
        while client.shell_channel.msg_ready():
            reply = client.get_shell_msg()
            if reply['msg_type'] == 'execute_reply':
                replies[reply['parent_header'].get('msg_id')] = reply['content']['status']
        try:
            message = client.get_iopub_msg(timeout=0.1)
        except Exception:
            continue
        parent = message['parent_header'].get('msg_id')
        if parent in wanted:
            hear(message)
            if message['msg_type'] == 'status' and message['content']['execution_state'] == 'idle':
                idle.add(parent)
    # tslab drops what comes within 200 ms after a failed cell.
    time.sleep(0 if replies[first] == 'ok' else 0.4)
    return {'status': replies[first], 'queuedStatus': replies.get(second), 'text': ''.join(texts), 'displays': displays}


try:
    replies = [run(cell) for cell in cells]
    if sys.argv[2] == 'shutdown':
        began = time.monotonic()
        client.shutdown()
        while manager.is_alive() and time.monotonic() - began < 20:
            time.sleep(0.05)
        replies[-1]['shutdownSeconds'] = time.monotonic() - began
    json.dump(replies, sys.stdout)
finally:
    manager.shutdown_kernel(now=True)
