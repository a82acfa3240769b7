// See presets.h.
//
// NeuroSim's devices have a conductance G = B (1 - e^(-P/A)) + G_min after P pulses up, and likewise down.
// That is the recurrence of linear-step. Their noise is a fraction of the range, as noise_add is.
//
// aihwkit's devices: the spreads of dw_min and of the bounds are relative in aihwkit and in the parameter's
// unit here. Those of up_down and gamma are absolute in both. b and dw are mapped as pulsed.h says. Additive
// noise (mult_noise=False) and write noise are multiples of dw_min in aihwkit; additive noise uses the
// device's own dw_min. Here both are fractions of the range w_max - w_min, at the mean dw_min.
#include "presets.h"

#include <string.h>

static const preset presets[] = {
    {"linear-step", "EpiRAM", "epitaxial SiGe, 256 levels",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.003954315,up_down=0,gamma_up=0.195859,"
     "gamma_down=0.195859,r_on=81e3,r_off=4.0662e6,noise_add=0.02",
     "NeuroSim's configuration of the device (device_*.yaml), as linear-step",
     "Pulses: 5 V up, -3 V down, 5 us long. Cycle-to-cycle noise is 2 % of the range."},
    {"linear-step", "Ag-a-Si", "Ag:a-Si, 97 levels up, 100 down",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.01904484,up_down=-0.296004,gamma_up=0.762282,"
     "gamma_down=0.986513,r_on=26e6,r_off=325e6,noise_add=0.035",
     "NeuroSim's configuration of the device (device_*.yaml), as linear-step",
     "Pulses: 3.2 V up, -2.8 V down, 300 us long. Cycle-to-cycle noise is 3.5 % of the range."},
    {"linear-step", "AlOx-HfO2", "AlOx/HfO2, 40 levels",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.02739856,up_down=0.0753644,gamma_up=0.661006,"
     "gamma_down=0.237699,r_on=16.9e3,r_off=74.87e3,noise_add=0.05",
     "NeuroSim's configuration of the device (device_*.yaml), as linear-step",
     "Pulses: 0.9 V up, -1 V down, 100 us long. Cycle-to-cycle noise is 5 % of the range."},
    {"linear-step", "TaOx-HfOx", "TaOx/HfOx, 128 levels",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.007885814,up_down=-0.00933667,"
     "gamma_up=0.0158381,gamma_down=0.245233,r_on=100e3,r_off=1e6,noise_add=0.037",
     "NeuroSim's configuration of the device (device_*.yaml), as linear-step",
     "Pulses: 1.6 V up, -1.6 V down, 50 ns long. Cycle-to-cycle noise is 3.7 % of the range."},
    {"linear-step", "TaOx-TiO2", "TaOx/TiO2, 102 levels",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.01145892,up_down=0.00495815,gamma_up=0.638332,"
     "gamma_down=0.622694,r_on=5e6,r_off=10e6,noise_add=0.01",
     "Chen, Peng and Yu, IEEE TCAD 37, 3067 (2018), table of devices, as linear-step",
     "Published cycle-to-cycle noise is below 1 % of the range; 1 % is used here."},
    {"linear-step", "PCMO", "PCMO, 50 levels",
     "w_min=-0.5,w_max=0.5,noise=0,dw_min=0.06250815,up_down=-0.446819,gamma_up=0.930633,"
     "gamma_down=0.999907,r_on=23e6,r_off=157.32e6,noise_add=0.01",
     "Chen, Peng and Yu, IEEE TCAD 37, 3067 (2018), table of devices, as linear-step",
     "Published cycle-to-cycle noise is below 1 % of the range; 1 % is used here."},
    {"linear-step", "Idealized", "idealized device, 10,000 steps",
     "dw_min=0.0002~normal:6e-05,up_down=0,w_min=-1~normal:0.3,w_max=1~normal:0.3,"
     "gamma_up=0,gamma_down=0,noise=0.3",
     "aihwkit (IBM), simulator/presets/devices.py: IdealizedPresetDevice; Rasch et al.,\n"
     "IEEE Design & Test 2019",
     "The source models a weight only; r_on and r_off are ohmscape's."},
    {"linear-step", "GokmenVlasov", "device specified for on-chip training, 1250 steps",
     "dw_min=0.0016~normal:0.00048,up_down=0~normal:0.01,w_min=-1~normal:0.3,"
     "w_max=1~normal:0.3,gamma_up=0,gamma_down=0,noise=0.3",
     "aihwkit (IBM), simulator/presets/devices.py: GokmenVlasovPresetDevice; Gokmen and\n"
     "Vlasov, Front. Neurosci. 10, 333 (2016)",
     "The source models a weight only; r_on and r_off are ohmscape's."},
    {"linear-step", "EcRam", "lithium ECRAM",
     "dw_min=0.002~normal:0.0002,up_down=0~normal:0.01,w_min=-0.8276~normal:0.04138,"
     "w_max=1.1724~normal:0.05862,gamma_up=0.1153~normal:0.05,"
     "gamma_down=0.5085~normal:0.05,noise=0.3",
     "aihwkit (IBM), simulator/presets/devices.py: EcRamPresetDevice; Tang et al., IEDM 2018",
     "The source models a weight only; r_on and r_off are ohmscape's."},
    {"linear-step", "EcRamMO", "metal-oxide ECRAM",
     "dw_min=0.00028214~normal:2.8214e-05,up_down=0~normal:0.01,"
     "w_min=-0.8286~normal:0.04143,w_max=1.1714~normal:0.05857,"
     "gamma_up=0.4152~normal:0.05,gamma_down=0.7342~normal:0.05,noise=2",
     "aihwkit (IBM), simulator/presets/devices.py: EcRamMOPresetDevice; Kim et al., IEDM 2019",
     "The source models a weight only; r_on and r_off are ohmscape's."},
    {"linear-step", "Capacitor", "capacitor-based synapse",
     "dw_min=0.005~normal:0.0005,up_down=0~normal:0.06,w_min=-1~normal:0.07,"
     "w_max=1~normal:0.07,gamma_up=0.05~normal:0.01,gamma_down=0.05~normal:0.01,"
     "noise=0,noise_add=0.00075",
     "aihwkit (IBM), simulator/presets/devices.py: CapacitorPresetDevice; Li et al., VLSI 2018",
     "The source models a weight only; r_on and r_off are ohmscape's. The published\n"
     "device also leaks 1e-6 of its charge per mini-batch, which ohmscape does not model."},
    {"soft-bounds", "ReRamSB", "RRAM, relative to its symmetry point",
     "dw_min=0.002~normal:0.0006,up_down=0~normal:0.01,w_min=-0.75~normal:0.3,"
     "w_max=1.25~normal:0.3,noise=0,noise_add=0.00375,write_noise=0.056",
     "aihwkit (IBM), simulator/presets/devices.py: ReRamSBPresetDevice; Gong et al.,\n"
     "Nat. Commun. 9, 2102 (2018)",
     "The source models a weight only; r_on and r_off are ohmscape's."},
    {"soft-bounds", "ArrayHfO2", "HfO2 RRAM array",
     "dw_min=0.4622~lognormal:0.7125,up_down=0~normal:0.01,w_min=-1~normal:0.599,"
     "w_max=1~normal:0.4295,noise=0,noise_add=0.05024114,write_noise=0.13498551",
     "aihwkit (IBM), simulator/presets/devices.py: ReRamArrayHfO2PresetDevice; Gong, Rasch\n"
     "et al., IEDM 2022",
     "The source models a weight only; r_on and r_off are ohmscape's. The published\n"
     "device subtracts a reference device at its symmetry point, which ohmscape does not model."},
    {"soft-bounds", "ArrayOM", "optimized RRAM array",
     "dw_min=0.0949~lognormal:0.7829,up_down=0~normal:0.01,w_min=-1~normal:0.5695,"
     "w_max=1~normal:0.3499,noise=0,noise_add=0.01972971,write_noise=0.066966185",
     "aihwkit (IBM), simulator/presets/devices.py: ReRamArrayOMPresetDevice; Gong, Rasch\n"
     "et al., IEDM 2022",
     "The source models a weight only; r_on and r_off are ohmscape's. The published\n"
     "device subtracts a reference device at its symmetry point, which ohmscape does not model."},
    {"exp-step", "ReRamES", "RRAM, exponentially decreasing steps",
     "dw_min=0.00117493268~normal:0.00027,up_down=0.149002006~normal:0.0574501,"
     "w_min=-1~normal:0.3,w_max=1~normal:0.3,a=-0.5,b=-0.5,gamma_up=5,gamma_down=5,"
     "a_up=-1.18445,a_down=-0.081404,noise=5,write_noise=0.050625",
     "aihwkit (IBM), simulator/presets/devices.py: ReRamESPresetDevice; Gong et al.,\n"
     "Nat. Commun. 9, 2102 (2018)",
     "The source models a weight only; r_on and r_off are ohmscape's. dw_min and up_down\n"
     "are mapped from aihwkit's, 0.00135 and 0.259359."},
    {"exp-step", "PCM", "phase-change memory, up pulses only",
     "dw_min=0.01~normal:0.002,up_down=0~normal:0.05,w_min=0,w_max=2~normal:0.2,a=-1,b=0,"
     "gamma_up=2.5,gamma_down=2.5,a_up=-27.235,a_down=-2.235,noise=0.6,drift_nu=0.049,"
     "drift_t0=20",
     "aihwkit (IBM), simulator/presets/devices.py: PCMPresetDevice; Nandakumar et al.,\n"
     "Front. Neurosci. 14, 406 (2020); drift: Joshi et al., Nat. Commun. 11, 2473 (2020)",
     "The source models a weight only; r_on and r_off are ohmscape's. It is meant\n"
     "for up pulses only, in differential pairs. Its noise also grows with the weight, and its drift "
     "exponent\n"
     "rises from 0.049 at maximum conductance to 0.1 as the conductance falls; ohmscape models neither."},
    {"vteam", "MAGIC", "device used for MAGIC in-memory logic",
     "r_on=1e3,r_off=300e3,d=3e-9,v_on=-1.5,v_off=0.3,k_on=-216.2,k_off=0.091,alpha_on=4,"
     "alpha_off=4,window=none",
     "Talati, Gupta, Mane and Kvatinsky, IEEE Trans. Nanotechnol. 15, 635 (2016)",
     "It hardly moves at vteam's default voltages: drive it with 1 to 2 V."},
};

const preset *presets_get(size_t i) {
    return i < sizeof presets / sizeof *presets ? &presets[i] : NULL;
}

const preset *presets_find(const char *model, const char *name, size_t length) {
    const preset *p;
    for (size_t i = 0; (p = presets_get(i)); i++)
        if (strcmp(p->model, model) == 0 && strlen(p->name) == length && memcmp(p->name, name, length) == 0)
            return p;
    return NULL;
}
