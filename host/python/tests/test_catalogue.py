"""The catalogue."""

import ohmscape


def test_it_has_what_the_program_lists(program):
    c = ohmscape.catalogue()
    listed = program("models")
    names = [*c.models, *c.stimuli, *c.initials, *c.wires]
    assert (len(c.models), len(c.stimuli), len(c.initials), len(c.wires)) == (12, 9, 4, 2)
    for name in names:
        assert f"  {name} " in listed
    presets = [str(p) for model in c.models.values() for p in model.presets.values()]
    assert len(presets) == 17 and all(p in listed for p in presets)
    for line in str(c).splitlines():
        assert line.strip()


def test_parameters_are_described():
    c = ohmscape.catalogue()
    p = c.models["sin-state"].parameters["beta"]
    assert (p.default, p.min, p.max, p.device, p.text, p.choices) == (0.5, -1e6, 1e6, False, False, ())
    assert c.models["sin-state"].parameters["noise"].device
    assert c.stimuli["wave"].parameters["shape"].default == "sine"
    assert c.stimuli["wave"].parameters["shape"].choices == ("sine", "triangle", "square", "pulse")
    assert c.stimuli["file"].parameters["path"].text and c.stimuli["file"].parameters["path"].default == ""
    text = str(c.models["linear-step"])
    assert "linear-step@EcRam" in text and "dw_min" in text and "noise" in text


def test_every_model_and_device_runs():
    c = ohmscape.catalogue()
    presets = [str(p) for model in c.models.values() for p in model.presets.values()]
    for model in [*c.models, *presets]:
        x = ohmscape.Crossbar(3, 4, model=model, device="native")
        x.advance(3)
        assert x.definition.model.startswith(model.partition("@")[0])
