"""The live stream: what concerns somebody, as it happens, in one order, from wherever they left off.

`hub` brings what the service `streams` writes to the streams of this process; `items` says it in the words of the API;
`views` answers `/stream` and `/sync`.
"""
