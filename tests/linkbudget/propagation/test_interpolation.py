import numpy as np
import pytest

from linkbudget.propagation.climate import Climate
from linkbudget.propagation.gas import zenith_attenuation_db
from linkbudget.propagation.interpolation import FEW, interpolated

RNG = np.random.default_rng(1)
MANY = 20 * FEW


def smooth(x, y, z):
    return np.asarray(np.exp(0.3 * x) * np.cos(y) + z), np.asarray(x * y + 0.0 * z)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MANY])
def test_few_points_are_exact_and_many_nearly(count):
    arguments = [RNG.uniform(-1.0, 1.0, count) for _ in range(3)]
    for found, expected in zip(interpolated(smooth, *arguments), smooth(*arguments), strict=True):
        np.testing.assert_allclose(found, expected, atol=0.0 if count <= FEW else 3e-6)


@pytest.mark.parametrize(
    "shapes", [((MANY,), (), ()), ((50, 1), (50,), ()), ((), (), (4, 900)), ((3000, 1), (1,), (2,))]
)
def test_arguments_broadcast(shapes):
    arguments = [RNG.uniform(-1.0, 1.0, shape) for shape in shapes]
    for found, expected in zip(interpolated(smooth, *arguments), smooth(*arguments), strict=True):
        np.testing.assert_allclose(found, expected, atol=3e-6)
        assert found.shape == np.broadcast_shapes(*shapes)


def test_equal_values_are_one_point():
    found, _ = interpolated(smooth, np.full(MANY, 0.5), np.full(MANY, 0.1), 0.2)
    np.testing.assert_allclose(found, smooth(0.5, 0.1, 0.2)[0])


@pytest.mark.parametrize("frequency_hz", [437e6, 22.2e9, 60e9, 118.75e9])
def test_gases_of_many_airs(frequency_hz):
    def air(**changed):
        given = {"temperature_k": 288.0, "pressure_hpa": 1000.0, "water_vapour_g_m3": 9.0}
        rest = {"rain_rate_mm_h": 0.0, "rain_height_km": 3.0, "cloud_liquid_kg_m2": 0.0, "wet_refractivity": 60.0}
        return Climate(**{**given, **rest, **changed})

    drawn = {
        "temperature_k": RNG.uniform(258.0, 318.0, MANY),
        "pressure_hpa": RNG.uniform(980.0, 1020.0, MANY),
        "water_vapour_g_m3": RNG.uniform(0.5, 25.0, MANY),
    }
    few = {name: values[:FEW] for name, values in drawn.items()}
    for many, exact in zip(
        zenith_attenuation_db(frequency_hz, air(**drawn)), zenith_attenuation_db(frequency_hz, air(**few)), strict=True
    ):
        np.testing.assert_allclose(many[:FEW], exact, rtol=3e-5)
