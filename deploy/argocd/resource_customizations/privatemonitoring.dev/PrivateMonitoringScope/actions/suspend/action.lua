-- Published records stay, Azure is left as it is. With self-heal on, set it in Git instead: Argo CD would put it back.
obj.spec.suspend = true
return obj
