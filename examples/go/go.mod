module early-exit

go 1.19
