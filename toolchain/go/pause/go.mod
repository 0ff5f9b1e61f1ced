module todo-evolution/toolchain/pause

go 1.24.0
