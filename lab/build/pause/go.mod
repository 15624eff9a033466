module steady.rollout/lab/pause

go 1.26.0
