-- The same body for wrk again and again; see benchmarks/load.py.
wrk.method = "POST"
wrk.body = os.getenv("BENCH_BODY")
