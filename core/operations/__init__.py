"""Operations: what each declares, who may carry it out, how its body is read, how it is dispatched."""
