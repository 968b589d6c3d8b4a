"""How kernels are born: warm, from a process that has imported everything, or the ordinary way."""
