"""The agents of Sec. 3.3: roles that speak in turn, theory or a language model behind each."""
