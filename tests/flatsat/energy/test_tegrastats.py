"""Lines that the real program printed, as others published them; the numbers are read off by eye."""

import pytest

from flatsat.energy.tegrastats import TegraSample, parse_tegrastats

ORIN_NANO = (  # Jetson Linux 36 on Orin Nano; henrygd/beszel, agent/gpu_test.go, "more valid data"
    "11-15-2024 08:38:09 RAM 6185/7620MB (lfb 8x2MB) SWAP 851/3810MB (cached 1MB) "
    "CPU [15%@729,11%@729,14%@729,13%@729,11%@729,8%@729] EMC_FREQ 43%@2133 GR3D_FREQ 63%@[621] NVDEC off NVJPG off "
    "NVJPG1 off VIC off OFA off APE 200 cpu@53.968C soc2@52.437C soc0@50.75C gpu@53.343C tj@53.968C soc1@51.656C "
    "VDD_IN 12479mW/12479mW VDD_CPU_GPU_CV 4667mW/4667mW VDD_SOC 2817mW/2817mW"
)
ORIN_NANO_IDLE = (  # the same file, "orin nano"
    "06-18-2025 11:25:24 RAM 3452/7620MB (lfb 25x4MB) SWAP 1518/16384MB (cached 174MB) "
    "CPU [1%@1420,2%@1420,0%@1420,2%@1420,2%@729,1%@729] GR3D_FREQ 0% cpu@50.031C soc2@49.031C soc0@50C gpu@49.031C "
    "tj@50.25C soc1@50.25C VDD_IN 4824mW/4824mW VDD_CPU_GPU_CV 518mW/518mW VDD_SOC 1475mW/1475mW"
)
AGX_ORIN = (  # Jetson Linux 36.4.4 on AGX Orin, from the tests of an OpenTelemetry receiver of tegrastats
    "05-09-2026 18:42:06 RAM 18207/62841MB (lfb 466x4MB) SWAP 86/31420MB (cached 0MB) CPU [14%@2188,5%@2112,8%@2035,"
    "14%@2201,46%@1267,47%@1267,2%@1267,10%@1267,4%@1036,5%@1036,6%@1036,10%@1036] EMC_FREQ 3%@2133 GR3D_FREQ 0%@[0,0] "
    "NVENC 79%@166 NVDEC off NVJPG off NVJPG1 off VIC 36%@115 OFA off NVDLA0 off NVDLA1 off PVA0_FREQ off APE 174 "
    "cpu@52.562C soc2@48.437C soc0@49.093C tj@52.562C soc1@49.656C VDD_GPU_SOC 2412mW/2412mW VDD_CPU_CV 1607mW/1607mW "
    "VIN_SYS_5V0 4707mW/4707mW"
)
AGX_ORIN_35 = (  # Jetson Linux 35 (JetPack 5) on AGX Orin: sensors that are off, and channels without a rail
    "04-24-2023 00:01:24 RAM 1282/62795MB (lfb 15152x4MB) SWAP 0/31398MB (cached 0MB) CPU [0%@729,0%@729,0%@729,"
    "0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729] EMC_FREQ 0%@2133 GR3D_FREQ 0%@0 GR3D2_FREQ 0%@0 "
    "VIC_FREQ 729 APE 174 CV0@-256C CPU@42.593C Tboard@32C SOC2@39.343C Tdiode@33.25C SOC0@39.375C CV1@-256C GPU@-256C "
    "tj@42.593C SOC1@40.468C CV2@-256C VDD_GPU_SOC 2399mW/2399mW VDD_CPU_CV 400mW/400mW VIN_SYS_5V0 4032mW/4032mW "
    "NC 0mW/0mW VDDQ_VDD2_1V8AO 301mW/301mW NC 0mW/0mW"
)
ORIN_NX_MAXIMA = (  # a later version, on Orin NX: now, average and maximum; temperatures now and at most
    "10-01-2026 20:36:35 RAM 2432/15598MB (lfb 4x4MB) SWAP 0/6144MB (cached 0MB) CPU [55%@1036,9%@1036,24%@1036,"
    "64%@1036,off,off,0%@729,0%@729] GR3D_FREQ 0% cv0@56.281C/56.281C cpu@57.156C/57.156C soc2@56.593C/56.593C "
    "soc0@57.781C/57.781C cv1@56.125C/56.125C gpu@55.343C/55.343C tj@59.687C/59.687C soc1@59.687C/59.687C "
    "cv2@56.281C/56.281C VDD_IN 7280mW/7280mW/7280mW"
)


@pytest.mark.parametrize(
    ("line", "power_w", "temperature_c"),
    [
        (ORIN_NANO, 12.479, 53.968),
        (ORIN_NANO_IDLE, 4.824, 50.25),
        (AGX_ORIN, 2.412 + 1.607 + 4.707, 52.562),
        (AGX_ORIN_35, 2.399 + 0.4 + 4.032, 42.593),
        (ORIN_NX_MAXIMA, 7.28, 59.687),
    ],
)
def test_published_lines(line: str, power_w: float, temperature_c: float) -> None:
    sample = parse_tegrastats(line)
    assert sample.power_w == pytest.approx(power_w)
    assert sample.temperature_c == temperature_c


def test_the_power_is_that_of_now_not_the_average() -> None:
    assert parse_tegrastats("VDD_IN 4761mW/9999mW").power_w == 4.761


def test_without_a_junction_the_hottest_sensor_counts_and_one_that_is_off_does_not() -> None:
    assert parse_tegrastats("CV0@-256C CPU@41.5C GPU@43C").temperature_c == 43.0
    assert parse_tegrastats("CV0@-256C").temperature_c is None


def test_rails_of_a_part_are_not_taken_for_the_module() -> None:
    assert parse_tegrastats("VDD_GPU_SOC 2399mW/2399mW VDD_CPU_CV 400mW/400mW").power_w is None


@pytest.mark.parametrize("line", ["", "tegrastats: not found", "VDD_IN 3902/3611", "RAM 1/2MB tj@xC"])
def test_other_lines_tell_nothing(line: str) -> None:
    assert parse_tegrastats(line) == TegraSample(None, None)
