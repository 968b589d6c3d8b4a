"""The study: params, codebook and the checked answers.

Import from its rooms: `study` (Study, load_study), `params`, `codebook`, `readers`.
"""
