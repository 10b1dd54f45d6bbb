"""Benchmarks: `python -m tests.bench [names] [--size small|full]`. Not collected by pytest.

A benchmark is a module `bench_<name>.py` here with

    def run(size: str) -> list[Result]

that builds its own world in the throw-away database it finds, and returns one `Result` for each
measured thing and size of input. Figures are ratios to a floor (the least that must be done anyhow)
or a peer (another way to do it), measured in the same run; absolute times tell about the machine.
"""
