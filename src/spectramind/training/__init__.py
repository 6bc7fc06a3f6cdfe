"""How networks learn: objective, augmentation, epochs that can be interrupted."""
