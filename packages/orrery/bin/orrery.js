#!/usr/bin/env node
import '@orrery/cli/launch'
