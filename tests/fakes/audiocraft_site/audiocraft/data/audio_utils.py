def convert_audio(wav, from_rate, to_rate, to_channels):
    return wav
